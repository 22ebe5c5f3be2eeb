// The instruments look at this very process: what another test does beside them – throws, waits, allocates, computes – would be in their figures.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
