using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Exceptions;

/// <summary>What exceptions are counted apart by.</summary>
/// <param name="Stack">Number of the stack that threw.</param>
/// <param name="Type">The exception's type by its full name.</param>
/// <param name="Message">Its message, when that may be kept; else empty.</param>
/// <param name="IsRethrown">Whether it had been thrown before (<c>throw;</c>).</param>
/// <param name="Work">Number of what the thread worked for then.</param>
readonly record struct ExceptionKey(int Stack, string Type, string Message, bool IsRethrown, int Work = WorkNumbers.None) : IWorkKey<ExceptionKey>
{
    public ExceptionKey For(int work) => this with { Work = work };
}
