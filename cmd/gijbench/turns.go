package main

import "slices"

// inTurn measures two programs in turn and gives the medians, so that a noisy neighbour
// disturbs both alike.
func inTurn[T any](rounds int, ours, baseline func() (T, error), less func(a, b T) int) (our, base T, err error) {
	measured, err := allInTurn(rounds, ours, baseline)
	if err != nil {
		return our, base, err
	}
	return median(measured[0], less), median(measured[1], less), nil
}

// allInTurn measures programs in turn, and gives for each what it came to in each round.
func allInTurn[T any](rounds int, programs ...func() (T, error)) (measured [][]T, err error) {
	measured = make([][]T, len(programs))
	for range rounds {
		for i, program := range programs {
			v, err := program()
			if err != nil {
				return nil, err
			}
			measured[i] = append(measured[i], v)
		}
	}
	return measured, nil
}

func median[T any](values []T, less func(a, b T) int) T {
	sorted := slices.SortedFunc(slices.Values(values), less)
	return sorted[len(sorted)/2]
}
