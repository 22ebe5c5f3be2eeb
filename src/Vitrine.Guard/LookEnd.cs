namespace Vitrine.Guard;

/// <summary>Why the guard ended a look.</summary>
public enum LookEnd
{
    /// <summary>It took longer than looks may.</summary>
    CutOff,

    /// <summary>Its instrument was switched off, or everything was.</summary>
    SwitchedOff,

    /// <summary>The caller's token or certificate has expired.</summary>
    Expired,
}
