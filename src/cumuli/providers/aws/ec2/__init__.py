"""Amazon EC2, by its Query API of 2016-11-15."""
