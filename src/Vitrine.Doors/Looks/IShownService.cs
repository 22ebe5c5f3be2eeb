using System.Diagnostics.CodeAnalysis;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>A service that doors show: this process, or one behind a gate.</summary>
public interface IShownService
{
    /// <summary>Its name, as callers ask for it: <c>self</c> in process.</summary>
    string Name { get; }

    /// <summary>What there is to look with, sorted by name.</summary>
    IReadOnlyCollection<IInstrument> Instruments { get; }

    /// <summary>An instrument by its name.</summary>
    bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument);

    /// <summary>A page by its name (<see cref="PageName"/>); the index, and the switches, are the desk's own.</summary>
    bool TryGetPage(string name, [MaybeNullWhen(false)] out IShownPage page)
    {
        page = null;
        return false;
    }

    /// <summary>What to do so that looks without a time show all since the start, as a clause ("set Vitrine:Continuous:block"); empty when there is no way.</summary>
    string WayToGrow(IInstrument instrument) => "";

    /// <summary>How many values an instrument has now, where that is known without a look.</summary>
    long? CountOf(IInstrument instrument) => null;

    /// <summary>The process as it is now: behind a gate it may have been started anew since the last look. The caller disposes what is disposable.</summary>
    /// <exception cref="InstrumentUnavailableException">There is no process to look at; the message has the reason.</exception>
    ITarget Open();
}
