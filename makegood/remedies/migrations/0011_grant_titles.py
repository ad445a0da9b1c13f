from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("remedies", "0010_offer_afterword")]

    operations = [migrations.AddField("grant", "titles", models.JSONField(default=dict))]
