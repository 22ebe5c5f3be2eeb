namespace Vitrine.Agent.Dumps;

/// <summary>What two dumps are compared by: goroutines of one stack and state, however their addresses differ.</summary>
sealed record DumpGroupKey(string State, string Stack, string CreatedBy);
