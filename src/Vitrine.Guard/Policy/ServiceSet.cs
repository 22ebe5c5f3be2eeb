using System.Collections.Frozen;

namespace Vitrine.Guard.Policy;

/// <summary>The services at which a permission holds: all of them, or those that are named. Immutable.</summary>
sealed class ServiceSet
{
    readonly FrozenSet<string>? _names;

    ServiceSet(FrozenSet<string>? names) => _names = names;

    /// <summary>Every service, also one that there is not.</summary>
    public static ServiceSet All { get; } = new(null);

    /// <summary>These, one at least.</summary>
    public static ServiceSet Of(IEnumerable<string> names) => new(names.ToFrozenSet(StringComparer.Ordinal));

    /// <summary>The names; empty for <see cref="All"/>.</summary>
    public IEnumerable<string> Names => _names ?? Enumerable.Empty<string>();

    /// <summary>Whether it holds at this service; <see cref="LookRequest.AnyService"/> = at one at least. Allocates nothing.</summary>
    public bool Has(string service) => _names is null || service == LookRequest.AnyService || _names.Contains(service);
}
