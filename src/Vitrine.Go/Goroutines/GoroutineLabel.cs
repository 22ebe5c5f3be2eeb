namespace Vitrine.Go.Goroutines;

/// <summary>One pprof label of a goroutine.</summary>
public readonly record struct GoroutineLabel(string Key, string Value);
