"""Choice by clusters of rows."""
