namespace Vitrine.Pprof;

/// <summary>The input is not a valid profile, or is larger than the limits allow. The message names what is wrong, where, and what to do about it.</summary>
public sealed class ProfileFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ProfileFormatException() : this("The input is not a valid pprof profile.") { }

    /// <summary>Creates the exception with a message that names what is wrong, where, and what to do.</summary>
    public ProfileFormatException(string message) : base(message) { }

    /// <summary>Creates the exception with its cause.</summary>
    public ProfileFormatException(string message, Exception innerException) : base(message, innerException) { }
}
