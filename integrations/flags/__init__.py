"""Feature flags of any service that keeps them as JSON documents behind GET and PUT."""
