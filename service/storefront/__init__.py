"""The storefront: a multi-vendor shop, one file a domain noun with its models, resources and rules."""
