namespace Vitrine.Doors.Looks;

/// <summary>What a question comes to for the kind of instrument that is asked.</summary>
enum LookKind
{
    /// <summary>Nothing that can be sent.</summary>
    Nothing,

    /// <summary>The instrument's own full text.</summary>
    Text,

    /// <summary>What is there now.</summary>
    Snapshot,

    /// <summary>What changed over a time: two looks, subtracted.</summary>
    Difference,

    /// <summary>What happened over a time.</summary>
    Recording,

    /// <summary>Numbers.</summary>
    Figures,

    /// <summary>A file of a format of its own.</summary>
    File,

    /// <summary>What happened, one after the other.</summary>
    Events,
}
