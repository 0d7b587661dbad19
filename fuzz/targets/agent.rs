#![cfg_attr(fuzzing, no_main)]

portolan_fuzz::target!(portolan_fuzz::agent);
