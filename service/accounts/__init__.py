"""Who is signed in, which posts he has, and which rows he may see."""
