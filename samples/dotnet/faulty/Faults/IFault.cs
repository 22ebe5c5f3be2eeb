namespace Faulty.Faults;

/// <summary>Something that goes wrong on purpose.</summary>
interface IFault
{
    string Name { get; }

    /// <summary>What goes wrong, and which profile finds it.</summary>
    string Description { get; }

    /// <summary>Begins; returns at once, and goes wrong until the token is cancelled.</summary>
    void Begin(CancellationToken stop);
}
