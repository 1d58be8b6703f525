module netproof.test/e2e/pause

go 1.25
