//! Nothing: the package exists for its dependencies, which cargo builds as the library that tests load.
