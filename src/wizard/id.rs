//! Why: answers, the way through them and the review all speak of the same questions, so a question has a name of its own.

/// One question. A service is known by its number, because its name is an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    /// A preset or nothing.
    Start,
    /// Name of the project.
    Name,
    /// What a service is made from; for the number after the last one, whether there is one more.
    Blueprint(usize),
    /// Name of a service.
    ServiceName(usize),
    /// Port of a service.
    Port(usize),
    /// Route of a service.
    Route(usize),
    /// Websocket of a service.
    Websocket(usize),
    /// The store whose schema is made by migrations.
    Database,
    /// All other stores.
    Stores,
    /// Features.
    Features,
    /// Where production runs.
    Target,
    /// Who builds and tests.
    Ci,
    /// An option of what was chosen.
    Option(Owner, String),
    /// Where production is reached.
    Domain,
    /// Where images are pushed.
    Registry,
}

/// Whose option a question is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A service, by number.
    Service(usize),
    /// A store, by name.
    Store(String),
    /// A feature.
    Feature(String),
    /// The target.
    Target,
    /// The ci.
    Ci,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A text that was typed, or one item of a list.
    Text(String),
    /// Items of a list.
    Many(Vec<String>),
}
