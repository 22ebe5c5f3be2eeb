namespace Vitrine.DotNet.Exceptions;

/// <summary>What exceptions are counted apart by.</summary>
/// <param name="Stack">Number of the stack that threw.</param>
/// <param name="Type">The exception's type by its full name.</param>
/// <param name="Message">Its message, when that may be kept; else empty.</param>
/// <param name="IsRethrown">Whether it had been thrown before (<c>throw;</c>).</param>
readonly record struct ExceptionKey(int Stack, string Type, string Message, bool IsRethrown);
