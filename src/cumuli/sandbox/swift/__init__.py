"""OpenStack Swift, unmodified, in one process: the proxy and the servers of accounts, containers and objects.

``settings.py`` is what an operator would write into Swift's files, ``cache.py`` stands where memcached
would, ``daemons.py`` starts the four servers. Objects are files below the folder that it is given.
"""
