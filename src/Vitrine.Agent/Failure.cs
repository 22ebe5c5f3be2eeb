using System.Security.Cryptography;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.Go.Binary;
using Vitrine.Guard;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Agent;

/// <summary>Puts an expected failure into words: what went wrong, and the next thing to type. Never a stack trace.</summary>
static class Failure
{
    /// <summary>Says what happened on standard error and returns the exit code.</summary>
    public static int Report(Exception exception)
    {
        var (code, message, advice) = Describe(exception);
        Console.Error.WriteLine($"vitrine: {Terminal.Safe(message)}");
        if (advice.Length > 0)
            Console.Error.WriteLine($"  next: {Terminal.Safe(advice)}");
        return code;
    }

    static (int Code, string Message, string Advice) Describe(Exception exception) => exception switch
    {
        GateSettingsException or GuardOptionsException => (ExitCode.Usage, exception.Message, ""),
        CryptographicException certificate => (ExitCode.BadFile, $"The certificate or its key cannot be used: {certificate.Message}", ""),
        UsageException usage => (ExitCode.Usage, usage.Message, ""),
        TargetNotFoundException missing => (ExitCode.TargetNotFound, missing.Message, missing.Advice),
        AccessDeniedException denied => (ExitCode.AccessDenied, denied.Message, denied.Advice),
        KernelRefusalException refused => (ExitCode.AccessDenied, refused.Message, refused.Advice),
        TargetGoneException gone => (ExitCode.TargetGone, gone.Message, ""),
        InvalidOptionException invalid => (ExitCode.Usage, invalid.Message, invalid.Advice),
        InstrumentUnavailableException unavailable => (ExitCode.Unavailable, unavailable.Message, unavailable.Advice),
        NotGoException notGo => (ExitCode.Unavailable, notGo.Message, "vitrine ps   lists the processes that Vitrine can look into"),
        GoBinaryException binary => (ExitCode.Unavailable, binary.Message, ""),
        BadBinaryException binary => (ExitCode.BadFile, binary.Message, ""),
        ProfileFormatException profile => (ExitCode.BadFile, profile.Message, ""),
        IncompatibleProfilesException incompatible => (ExitCode.BadFile, incompatible.Message, ""),
        TimeoutException timeout => (ExitCode.Failure, timeout.Message, ""),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted", ""),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.BadFile, exception.Message, ""),
        UnauthorizedAccessException => (ExitCode.AccessDenied, exception.Message, ""),
        IOException io => (ExitCode.Failure, io.Message, ""),
        _ => (ExitCode.Failure, $"a fault in Vitrine itself: {exception.GetType().Name}: {exception.Message}", "set VITRINE_DEBUG=1 for the details, and report it"),
    };
}
