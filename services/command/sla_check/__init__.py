"""`redress sla check`: does the deadline engine find what a history of one's own says?"""
