namespace Vitrine.Doors.Looks;

/// <summary>What the bytes of a result are, where its media type does not say enough for redaction.</summary>
enum ResultForm
{
    /// <summary>What the media type says.</summary>
    Plain,

    /// <summary>Measurements as JSON, which become lines when they have been redacted.</summary>
    Figures,

    /// <summary>Arguments, separated by NUL bytes.</summary>
    CommandLine,
}
