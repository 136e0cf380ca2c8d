//! Aliases.

mod create;
mod delete;
mod list;
mod update;

pub use create::CreateAlias;
pub use delete::DeleteAlias;
pub use list::{AliasesOf, ListAliases, ListAliasesAfter, ListAliasesByKey};
pub use update::UpdateAlias;
