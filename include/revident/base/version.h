/*
 * version: the program's version, in one place. Layer base. The Makefile reads it from here, too.
 */
#ifndef REVIDENT_BASE_VERSION_H
#define REVIDENT_BASE_VERSION_H

#define REVIDENT_VERSION "0.1.0"

#endif
