namespace Vitrine.Agent;

/// <summary>What the program's exit code says. Scripts rely on the numbers: they are documented in docs/exit-codes.md and never change their meaning.</summary>
static class ExitCode
{
    public const int Success = 0;

    /// <summary>A fault of Vitrine itself, or of the machine (disk full); the message says which.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>No process answers the description, or several do.</summary>
    public const int TargetNotFound = 3;

    /// <summary>The kernel refuses; the message names the missing privilege.</summary>
    public const int AccessDenied = 4;

    /// <summary>The target ended, or ran another program, in the middle of the look.</summary>
    public const int TargetGone = 5;

    /// <summary>There is nothing to show: not a Go process, or the profile is switched off in it.</summary>
    public const int Unavailable = 6;

    /// <summary>A file could not be read as what it should be.</summary>
    public const int BadFile = 7;

    /// <summary>Only with <c>--exit-code</c>: a leak was found.</summary>
    public const int LeakFound = 8;

    /// <summary>Only from <c>audit</c>: a finding of the severity of <c>--fail-on</c>, or worse.</summary>
    public const int FindingsFound = 9;

    /// <summary>Only of <c>vitrine audit-log verify</c>: the log is not as it was written.</summary>
    public const int LogBroken = 10;

    /// <summary>Interrupted by the user before there was a result.</summary>
    public const int Interrupted = 130;
}
