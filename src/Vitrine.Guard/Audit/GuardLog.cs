using Microsoft.Extensions.Logging;

namespace Vitrine.Guard.Audit;

/// <summary>Everything that the guard says to the logger, with the event ids. They do not change their meaning.</summary>
static partial class GuardLog
{
    /// <summary>The category.</summary>
    public const string Category = "Vitrine.Guard";

    [LoggerMessage(5001, LogLevel.Information, "Look begun: {Who} ({Kind}, {Roles}) from {From} at {What} of {Service} through {Door} for {Asked}, look {Look}")]
    public static partial void Begun(ILogger logger, string? who, string? kind, string roles, string? from, string? what, string? service, string? door, TimeSpan? asked, string? look);

    [LoggerMessage(5002, LogLevel.Information, "Look ended: {Who} ({Kind}, {Roles}) from {From} at {What} of {Service} through {Door}: {Outcome}, {Bytes} bytes in {Took}, redacted: {Redactions}, raw: {IsRaw}, look {Look}. {Reason}")]
    public static partial void Ended(ILogger logger, string? who, string? kind, string roles, string? from, string? what, string? service, string? door, string? outcome, long? bytes, TimeSpan? took, long redactions, bool isRaw, string? look, string? reason);

    [LoggerMessage(5003, LogLevel.Warning, "Look refused: {Who} ({Kind}, {Roles}) from {From} at {What} of {Service} through {Door}: {Outcome}. {Reason} Not written before: {NotWritten}")]
    public static partial void Refused(ILogger logger, string? who, string? kind, string roles, string? from, string? what, string? service, string? door, string? outcome, string? reason, long notWritten);

    [LoggerMessage(5004, LogLevel.Warning, "Switch {Switch} is on: {IsOn}, by {Who} until {Until}. {Reason}")]
    public static partial void Switched(ILogger logger, string? @switch, bool? isOn, string? who, DateTimeOffset? until, string? reason);

    [LoggerMessage(5005, LogLevel.Information, "The guard's options were applied. {Reason}")]
    public static partial void Configured(ILogger logger, string? reason);

    [LoggerMessage(5006, LogLevel.Warning, "Switches: {Problem}")]
    public static partial void SwitchProblem(ILogger logger, string problem);

    [LoggerMessage(5007, LogLevel.Error, "The audit log cannot be written, and looks are refused: {Problem}")]
    public static partial void AuditFailed(ILogger logger, string problem);

    [LoggerMessage(5008, LogLevel.Information, "The audit log {File}: {Remark}")]
    public static partial void AuditRemark(ILogger logger, string file, string remark);

    [LoggerMessage(5009, LogLevel.Error, "The guard could not decide, and refused")]
    public static partial void Faulted(ILogger logger, Exception exception);
}
