"""`redress policy …`: reads and changes the policies of a running installation."""
