using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Instruments;

/// <summary>The instruments a program offers, by name. Nothing registers itself: a program says what it offers.</summary>
public sealed class InstrumentRegistry
{
    readonly SortedDictionary<string, IInstrument> _byName = new(StringComparer.Ordinal);

    /// <summary>All instruments, sorted by name.</summary>
    public IReadOnlyCollection<IInstrument> All => _byName.Values;

    /// <summary>Adds an instrument.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has characters other than <c>a-z</c>, <c>0-9</c>, <c>.</c>, <c>_</c> and <c>-</c>.</exception>
    public InstrumentRegistry Add(IInstrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        if (instrument.Name.Length == 0 || !instrument.Name.All(IsNameCharacter))
            throw new ArgumentException($"'{instrument.Name}' is not a name for an instrument: use a-z, 0-9, '.', '_' and '-'.", nameof(instrument));
        if (!_byName.TryAdd(instrument.Name, instrument))
            throw new ArgumentException($"There is an instrument named '{instrument.Name}' already.", nameof(instrument));
        return this;
    }

    /// <summary>Finds an instrument by its exact name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument) => _byName.TryGetValue(name, out instrument);

    static bool IsNameCharacter(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '-';
}
