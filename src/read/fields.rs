//! Under which names the fields of a record are looked for.

/// A part of an article that a record field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Text,
    Title,
    Published,
    Outlet,
    Lang,
    Url,
    Gold,
}

impl Role {
    /// All of them.
    #[cfg(feature = "arrow")]
    pub(super) const ALL: [Role; 8] = [Role::Id, Role::Text, Role::Title, Role::Published, Role::Outlet, Role::Lang, Role::Url, Role::Gold];

    /// The usual names, best first; they are compared without regard to ASCII case.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Role::Id => &["id", "guid", "url", "link"],
            Role::Text => &["text", "body", "content", "html", "description", "summary"],
            Role::Title => &["title", "headline"],
            Role::Published => &["published", "date", "pubDate", "published_at", "publishedAt", "datePublished"],
            Role::Outlet => &["outlet", "source", "site", "domain"],
            Role::Lang => &["lang", "language"],
            Role::Url => &["url", "link"],
            Role::Gold => &["gold"],
        }
    }

    /// The role in words, for messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Role::Id => "id",
            Role::Text => "text",
            Role::Title => "title",
            Role::Published => "date",
            Role::Outlet => "outlet",
            Role::Lang => "language",
            Role::Url => "url",
            Role::Gold => "gold label",
        }
    }
}

/// Field names that replace the usual ones; `None` looks under the usual names.
///
/// A record without its mapped `id` or `text` is an error; any other mapped field may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldMap {
    /// Instead of `id`, `guid`, `url` or `link`.
    pub id: Option<String>,
    /// Instead of `text`, `body`, `content`, `html`, `description` or `summary`.
    pub text: Option<String>,
    /// Instead of `title` or `headline`.
    pub title: Option<String>,
    /// Instead of `published`, `date`, `pubDate`, `published_at`, `publishedAt` or `datePublished`.
    pub published: Option<String>,
    /// Instead of `outlet`, `source`, `site` or `domain`.
    pub outlet: Option<String>,
    /// Instead of `lang` or `language`.
    pub lang: Option<String>,
    /// Instead of `url` or `link`.
    pub url: Option<String>,
    /// Instead of `gold`.
    pub gold: Option<String>,
}

impl FieldMap {
    /// The name that replaces the usual ones of `role`.
    pub(super) fn mapped(&self, role: Role) -> Option<&str> {
        let name = match role {
            Role::Id => &self.id,
            Role::Text => &self.text,
            Role::Title => &self.title,
            Role::Published => &self.published,
            Role::Outlet => &self.outlet,
            Role::Lang => &self.lang,
            Role::Url => &self.url,
            Role::Gold => &self.gold,
        };
        name.as_deref()
    }
}
