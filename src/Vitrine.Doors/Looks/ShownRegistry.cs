using System.Diagnostics.CodeAnalysis;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>A program that shows itself: the instruments that it offers, looking at one process that stays the same.</summary>
/// <param name="registry">The instruments.</param>
/// <param name="target">The process, usually this one.</param>
public sealed class ShownRegistry(InstrumentRegistry registry, ITarget target) : IShownService
{
    /// <inheritdoc/>
    public string Name => "self";

    /// <inheritdoc/>
    public IReadOnlyCollection<IInstrument> Instruments => registry.All;

    /// <inheritdoc/>
    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument) => registry.TryGet(name, out instrument);

    /// <inheritdoc/>
    public ITarget Open() => target;
}
