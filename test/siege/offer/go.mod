module understudy.dev/siege/offer

go 1.22
