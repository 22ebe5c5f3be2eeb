namespace Vitrine.Doors.Looks;

/// <summary>What was asked for cannot be answered.</summary>
/// <param name="Status">How the look ends.</param>
/// <param name="Message">Why, for the caller.</param>
/// <param name="IsServiceGone">Whether it is the service that does not answer.</param>
sealed record LookFault(LookStatus Status, string Message, bool IsServiceGone = false);

/// <summary>A fault that is found while looking.</summary>
sealed class LookFaultException(LookFault fault) : Exception(fault.Message)
{
    public LookFaultException(LookStatus status, string message) : this(new LookFault(status, message))
    {
    }

    public LookFault Fault => fault;
}
