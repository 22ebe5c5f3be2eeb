module vitrine.example/exposed

go 1.19

require github.com/google/gops v0.0.0

replace github.com/google/gops => ./gops
