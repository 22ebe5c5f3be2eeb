module vitrine.example/facts

go 1.19
