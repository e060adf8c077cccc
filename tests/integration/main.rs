//! Tests through the public API and the command: one binary, a module per subject.

mod bad_input;
mod boilerplate;
mod calls;
mod command;
mod corpora;
mod generate;
mod goldens;
mod hostile;
mod index;
mod index_crash;
mod index_damage;
mod large;
mod laws;
mod layers;
mod mutated;
mod public;
mod quality;
mod report;
mod server;
mod util;
