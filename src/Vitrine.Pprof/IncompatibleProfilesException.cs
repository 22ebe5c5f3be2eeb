namespace Vitrine.Pprof;

/// <summary>Profiles that do not measure the same thing were to be merged or compared. The message names the difference.</summary>
public sealed class IncompatibleProfilesException : Exception
{
    /// <summary>Creates the exception.</summary>
    public IncompatibleProfilesException() : this("The profiles do not measure the same thing.") { }

    /// <summary>Creates the exception with a message that names the difference.</summary>
    public IncompatibleProfilesException(string message) : base(message) { }

    /// <summary>Creates the exception with its cause.</summary>
    public IncompatibleProfilesException(string message, Exception innerException) : base(message, innerException) { }
}
