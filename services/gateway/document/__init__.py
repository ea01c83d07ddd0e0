"""What the OpenAPI document says beyond what routes and structs say of themselves."""
