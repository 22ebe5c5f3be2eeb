module vitrine.example/sleepers

go 1.19
