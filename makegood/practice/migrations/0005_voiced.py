from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0004_own_scenes")]

    operations = [
        migrations.AddField(model_name="run", name="voiced", field=models.JSONField(default=dict)),
    ]
