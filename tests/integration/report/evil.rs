//! Texts of strangers, for the tests and for fuzzing.

/// What would like to act.
pub(crate) const EVIL: [&str; 10] = [
    "<script>window.hit = 1</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style></script><!-- <b>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u{202e}gnp.exe\u{202c} \u{2067}x\u{2069}",
    "\u{1b}[31mred\u{7}\u{0}",
    "' onclick='alert(1)",
    "]]>&lt;b&gt;&#x3c;i>",
    "[x](javascript:alert(1))",
];
