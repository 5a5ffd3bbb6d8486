namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>
/// A six-field NCRONTAB schedule in UTC: second, minute, hour, day, month, day of week. Day and day of week must both match,
/// as on Azure (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions).
/// </summary>
internal sealed class CronSchedule
{
    // The longest gap between two dates that match: 29 February on one weekday, across a century without a leap day.
    private const int LongestGapInYears = 41;
    private static readonly CronFieldKind[] Kinds =
        [CronFieldKind.Second, CronFieldKind.Minute, CronFieldKind.Hour, CronFieldKind.Day, CronFieldKind.Month, CronFieldKind.DayOfWeek];

    private readonly CronField[] _fields;

    private CronSchedule(CronField[] fields) => _fields = fields;

    /// <summary>Reads an expression; a <see cref="FormatException"/> says what is wrong with it.</summary>
    public static CronSchedule Parse(string expression)
    {
        var texts = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (texts.Length != Kinds.Length)
            throw new FormatException($"The schedule '{expression}' has {texts.Length} fields instead of {Kinds.Length}.");

        try
        {
            var schedule = new CronSchedule([.. texts.Select((text, index) => CronField.Parse(text, Kinds[index]))]);
            schedule.NextOccurrence(DateTime.UnixEpoch);
            return schedule;
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new FormatException($"The schedule '{expression}' cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>The first matching second strictly after a time in UTC.</summary>
    public DateTime NextOccurrence(DateTime after)
    {
        var from = new DateTime(after.Ticks - after.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Utc).AddSeconds(1);
        var lastDay = from.Date.AddYears(LongestGapInYears);
        for (var day = from.Date; day <= lastDay; day = day.AddDays(1))
        {
            if (MatchesDate(day) && FirstTime(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time;
        }

        throw new InvalidOperationException("no date matches it.");
    }

    private bool MatchesDate(DateTime day) => _fields[3].Contains(day.Day) && _fields[4].Contains(day.Month) && _fields[5].Contains((int)day.DayOfWeek);

    private TimeSpan? FirstTime(TimeSpan earliest)
    {
        for (var hour = earliest.Hours; hour < 24; hour++)
        {
            if (!_fields[2].Contains(hour))
                continue;

            var start = hour == earliest.Hours ? earliest : new TimeSpan(hour, 0, 0);
            for (var minute = start.Minutes; minute < 60; minute++)
            {
                if (_fields[1].Contains(minute) && FirstSecond(minute == start.Minutes ? start.Seconds : 0) is { } second)
                    return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }

    private int? FirstSecond(int earliest)
    {
        for (var second = earliest; second < 60; second++)
        {
            if (_fields[0].Contains(second))
                return second;
        }

        return null;
    }
}
