//! Microsoft Graph security and Entra ID on loopback.
