// Not as clang-format leaves it.
int  f( ) {return 1 ;}
