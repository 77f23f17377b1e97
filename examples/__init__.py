"""Programs of partners, as short as they can be; run in the tests."""
