namespace Vitrine.Guard;

/// <summary>At which step of the decision it was refused; the words for it are in <see cref="RefusalWords"/>.</summary>
enum RefusalReason : byte
{
    None,

    /// <summary>Nobody known, or from where nobody may; the words come with the answer of who it is.</summary>
    Unknown,

    /// <summary>The same, too often from one address.</summary>
    TooManyAttempts,

    /// <summary>The knowledge of who it is has ended in between.</summary>
    Expired,
    NotPermitted,
    NotPermittedRaw,
    SwitchedOff,
    AllSwitchedOff,
    TooLong,
    TooOften,
    TooSoon,
    AllPlacesTaken,
    InstrumentTaken,
    TooManySharers,

    /// <summary>The record of it cannot be written.</summary>
    NotRecorded,

    /// <summary>A fault of the guard's own.</summary>
    Faulted,
}
