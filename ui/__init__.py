"""What the shopper and staff see and touch: theme, widgets and screens, in Kivy."""
