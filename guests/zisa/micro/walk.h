// What the tables of micro-walk look like to its loop; in the order in which assembly reads it.
#ifndef WALK_H
#define WALK_H

#define PARAMETERS_PAGE 0     // address of the page that is read, and bits that lead to the other one
#define PARAMETERS_TOGGLE 4
#define PARAMETERS_LOADS 8    // loads in a round, and how many of them go to the other page
#define PARAMETERS_MISSES 12
#define PARAMETERS_WRITES 16  // stores in a round, where, and what
#define PARAMETERS_ENTRY 20
#define PARAMETERS_VALUE 24
#define PARAMETERS_UNTIL 28   // when so many rounds are left, stores go to plain memory instead
#define PARAMETERS_PLAIN 32

#endif
