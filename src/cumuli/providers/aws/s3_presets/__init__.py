"""Services that speak S3's protocol, each with its own client."""
