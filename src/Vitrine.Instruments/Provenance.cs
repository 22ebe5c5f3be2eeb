namespace Vitrine.Instruments;

/// <summary>How sure a way of obtaining a figure is; ordered from the surest to the least sure.</summary>
public enum ProvenanceKind
{
    /// <summary>Nothing is recorded: the default of a figure that nobody obtained.</summary>
    None,

    /// <summary>The target's own record of it, read as it is.</summary>
    Read,

    /// <summary>Computed from figures that were read, by the rule the target itself uses.</summary>
    Computed,

    /// <summary>A bound: the true figure is at least (or at most) this.</summary>
    Bound,

    /// <summary>Estimated from samples, with an error that is stated.</summary>
    Estimated,
}

/// <summary>How a figure was obtained: the kind, and the route in words a user can check ("symbol table", "pclntab", "DWARF 5").</summary>
/// <param name="Kind">How sure the way is.</param>
/// <param name="Route">The way itself, short and checkable.</param>
public readonly record struct Provenance(ProvenanceKind Kind, string? Route)
{
    /// <summary>The target's own record, found by <paramref name="route"/>.</summary>
    public static Provenance Read(string route) => new(ProvenanceKind.Read, route);

    /// <summary>Computed by <paramref name="route"/> from what was read.</summary>
    public static Provenance Computed(string route) => new(ProvenanceKind.Computed, route);

    /// <summary>A bound given by <paramref name="route"/>.</summary>
    public static Provenance Bound(string route) => new(ProvenanceKind.Bound, route);

    /// <summary>Estimated by <paramref name="route"/>.</summary>
    public static Provenance Estimated(string route) => new(ProvenanceKind.Estimated, route);

    /// <inheritdoc/>
    public override string ToString() => Kind == ProvenanceKind.None ? "not obtained" : $"{Kind.ToString().ToLowerInvariant()}: {Route}";
}
