-- One database per service; run once, when the server's folder is still empty.
CREATE DATABASE intake;
CREATE DATABASE routing;
CREATE DATABASE sla;
CREATE DATABASE notify;
CREATE DATABASE feedback;
CREATE DATABASE marketing;
